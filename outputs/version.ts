/**
 * Version of what a stack publishes to other teams. Whatever breaks their programs (a field that goes, changes its type or may be
 * absent) raises it, and with it the major version of the package in consumer/.
 */
export const contractVersion = 1;
