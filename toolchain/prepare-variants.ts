/** `npm run e2e:variants` starts here: what its tests would otherwise wait for in silence. */
import { ensureKedaImages } from "./keda.ts";
import { main } from "./steps.ts";

await main(ensureKedaImages);
