/** DataPusher, which loads files into the datastore in place of XLoader: the schema of `ckan:instances.<name>.datapusher`. */
import { z } from "zod";
import { imageReference } from "../../config/values.ts";
import { resources } from "../kubernetes/resources.ts";
import { sizes } from "../site/sizes.ts";

export const dataPusherSchema = z.strictObject({
  image: imageReference.describe("Container image, by exact tag or digest; it serves on port 8800"),
  resources: resources(sizes.datapusher.resources),
});
