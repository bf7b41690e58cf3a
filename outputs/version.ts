/**
 * Version of the contract with other teams. A breaking change (a field is removed, changes its type or may be absent) raises it, and with
 * it the major version of the package in consumer/.
 */
export const contractVersion = 1;
