/** The components that other programs import. */
export { type Address, parseAddress } from "./address.ts";
export { CkanBootstrap, type CkanBootstrapArgs } from "./ckan-bootstrap.ts";
export { CkanConfiguration, type CkanConfigurationArgs } from "./ckan-configuration.ts";
export { CkanExposure } from "./ckan-exposure.ts";
export type { CkanExposureArgs, ExposureArgs, TlsArgs } from "./ckan-exposure-args.ts";
export { CkanStack } from "./ckan-stack.ts";
export type { CkanStackArgs, FilesArgs } from "./ckan-stack-args.ts";
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
export { DataPusher, type DataPusherArgs } from "./data-pusher.ts";
export { Protection } from "./durability.ts";
export { GcsStorage, type GcsStorageArgs } from "./gcs-storage.ts";
export type { MailArgs } from "./mail.ts";
export type { QueueScaling } from "./manifests/keda.ts";
export { type PodSettings, PodUser } from "./manifests/pod.ts";
export type { PodOptions, SitePodOptions, Toleration } from "./manifests/pod-options.ts";
export { MinioStorage, type MinioStorageArgs } from "./minio-storage.ts";
export type { OutgoingArgs, OutsideArgs, ProxyArgs } from "./outside.ts";
export type { PostgresBackup } from "./postgres/cloud-native-pg.ts";
export { PostgresDb, type PostgresDbArgs, type PostgresServerArgs } from "./postgres-db.ts";
export { RedisQueue, type RedisQueueArgs, type RedisServerArgs } from "./redis-queue.ts";
export type { Registry } from "./registries.ts";
export { S3Storage, type S3StorageArgs } from "./s3-storage.ts";
export { SolrCore, type SolrCoreArgs, type SolrServerArgs } from "./solr-core.ts";
export type { SurroundingArgs } from "./surroundings.ts";
export type { Maintenance } from "./web/closed.conf.ts";
export { CspMode, type WebHeaders } from "./web/headers.ts";
export type { ProxyLimits } from "./web/limits.ts";
export type { NginxArgs } from "./web/pod.ts";
export { XLoaderRecovery, type XLoaderRecoveryArgs } from "./xloader-recovery.ts";
export { type WorkerScaling, XLoaderWorker, type XLoaderWorkerArgs } from "./xloader-worker.ts";
