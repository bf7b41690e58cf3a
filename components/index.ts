/** The components that other programs import. */
export { type Address, parseAddress } from "./address.ts";
export { CkanBootstrap, type CkanBootstrapArgs } from "./ckan-bootstrap.ts";
export { CkanConfiguration, type CkanConfigurationArgs } from "./ckan-configuration.ts";
export { CkanExposure, type CkanExposureArgs, type ExposureArgs, type TlsArgs } from "./ckan-exposure.ts";
export { CkanStack, type CkanStackArgs, type FilesArgs } from "./ckan-stack.ts";
export { CkanWeb, type CkanWebArgs } from "./ckan-web.ts";
export {
  type CloudflareSite,
  CloudflareZone,
  type CloudflareZoneArgs,
  OwnedRuleset,
  type ZoneRecord,
} from "./cloudflare-zone.ts";
export type * from "./contracts.ts";
export { Credential, Credentials, type CredentialsArgs } from "./credentials.ts";
export { Protection } from "./durability.ts";
export type { QueueScaling } from "./manifests/keda.ts";
export { type PodSettings, PodUser } from "./manifests/pod.ts";
export { MinioStorage, type MinioStorageArgs } from "./minio-storage.ts";
export { PostgresDb, type PostgresDbArgs, type PostgresServerArgs } from "./postgres-db.ts";
export { RedisQueue, type RedisQueueArgs, type RedisServerArgs } from "./redis-queue.ts";
export type { Registry } from "./registries.ts";
export { S3Storage, type S3StorageArgs } from "./s3-storage.ts";
export { SolrCore, type SolrCoreArgs, type SolrServerArgs } from "./solr-core.ts";
export { XLoaderRecovery, type XLoaderRecoveryArgs } from "./xloader-recovery.ts";
export { type WorkerScaling, XLoaderWorker, type XLoaderWorkerArgs } from "./xloader-worker.ts";
