/** What Google refuses of a server of Cloud SQL: the fake for its provider and the played API say the same. */

interface Settings {
  readonly edition?: string;
  readonly tier?: string;
  readonly backupConfiguration?: {
    readonly transactionLogRetentionDays?: number;
    readonly backupRetentionSettings?: { readonly retainedBackups?: number };
  };
}

/** In the words of Google's API, which alone knows these: the provider takes them. */
export function serverRefusals(
  settings: Readonly<Record<string, unknown>>,
): readonly (readonly [refused: boolean, reason: string])[] {
  const { edition = "ENTERPRISE", tier = "", backupConfiguration } = settings as Settings;
  const { transactionLogRetentionDays: days = 7, backupRetentionSettings } = backupConfiguration ?? {};
  const { retainedBackups = 7 } = backupRetentionSettings ?? {};
  const plus = edition === "ENTERPRISE_PLUS";
  const most = plus ? 35 : 7;
  return [
    [
      plus !== /^db-(?:perf-optimized-N|c4a-highmem)-\d+$/.test(tier),
      `Invalid Tier (${tier}) for (${edition}) Edition.`,
    ],
    [days > most, `The number of transaction log retention days must be between 1 and ${most}.`],
    [retainedBackups < days, "backup retention should be > transaction log retention."],
  ];
}
