/** How the settings of an instance become the arguments of the component that declares it. */
import type { CkanStackArgs } from "../components/index.ts";
import { Credentials } from "../components/index.ts";
import type { Instance } from "./instance.ts";
import type { Environment } from "./load.ts";

export function stackArguments(name: string, instance: Instance, environment: Environment): CkanStackArgs {
  const { ckan, site, worker, generations, ...parts } = instance;
  const { version, image, plugins } = ckan;
  return {
    ...parts,
    namespace: `${name}-${environment.name}`,
    credentials: new Credentials({ rootSecret: environment.rootSecret, instance: name, generations }),
    protection: environment.protection,
    ckan: { version, image, plugins },
    site: {
      ...site,
      id: site.id ?? name,
      maximumUploadMegabytes: ckan.maximumUploadMegabytes,
      jobTimeoutSeconds: worker.jobTimeoutSeconds,
      further: ckan.settings,
    },
    worker,
    database: database(instance, environment),
    queue: queue(instance, environment),
    files: files(instance, environment),
  };
}

function database({ database }: Instance, { secret }: Environment): CkanStackArgs["database"] {
  if (database.kind === "in-cluster") return database;
  const { user, passwordFrom } = database.administrator;
  return { ...database, administrator: { user, password: secret(passwordFrom) } };
}

function queue({ queue }: Instance, { secret }: Environment): CkanStackArgs["queue"] {
  if (queue.kind === "in-cluster") return queue;
  const { passwordFrom, ...rest } = queue;
  return { ...rest, password: secret(passwordFrom) };
}

function files({ files }: Instance, { secret }: Environment): CkanStackArgs["files"] {
  if (files.kind !== "s3") return files;
  const { accessKeyFrom, secretKeyFrom, ...rest } = files;
  return { ...rest, accessKey: secret(accessKeyFrom), secretKey: secret(secretKeyFrom) };
}
