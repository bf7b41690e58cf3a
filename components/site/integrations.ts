/** What a site may be told beyond its own parts; every one of them may be left out. */

import type { OutsideArgs } from "../egress/egress.ts";
import type { LoaderArgs } from "../loader/settings.ts";
import type { MailArgs } from "../mail/settings.ts";
import type { Maintenance } from "../web/closed.conf.ts";

export interface SurroundingArgs extends OutsideArgs {
  /** Further names under which the site answers; its addresses are those of the one host. @default none */
  readonly aliases?: readonly string[] | undefined;
  /** The server that sends the site's e-mail. @default it sends none */
  readonly mail?: MailArgs | undefined;
  /** Closes the site while its data stays: visitors get 503, and no worker runs. @default open */
  readonly maintenance?: Omit<Maintenance, "title"> | undefined;
  /** What loads files into the datastore in place of XLoader, for the plugin `datapusher`. @default nothing */
  readonly datapusher?: LoaderArgs | undefined;
}
