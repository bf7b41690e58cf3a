/** What other teams import to build on a CKAN environment. */
export type * from "./contract.ts";
export { contractVersion } from "./contract.ts";
export { CkanEnvironment, ckanEnvironment } from "./environment.ts";
export { ContractError } from "./errors.ts";
export { CkanInstance, type DatastoreConnection } from "./instance.ts";
