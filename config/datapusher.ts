/** DataPusher, which loads files into the datastore in place of XLoader: the schema of `ckan:instances.<name>.datapusher`. */
import { z } from "zod";
import { sizes } from "../components/sizes.ts";
import { imageReference } from "./primitives.ts";
import { resources } from "./resources.ts";

export const dataPusherSchema = z.strictObject({
  image: imageReference.describe("Container image, by exact tag or digest; it serves on port 8800"),
  resources: resources(sizes.datapusher.resources),
});
