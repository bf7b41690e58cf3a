/** First step of `npm run e2e:variants`: builds with visible progress what its tests would otherwise wait for in silence. */
import { ensureOperatorImages, operatorNames } from "./operators.ts";
import { main } from "./steps.ts";

await main(async () => {
  for (const name of operatorNames) await ensureOperatorImages(name);
});
