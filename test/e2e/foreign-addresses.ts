const own = /^(https:\/\/assay\.app\.standin|app:\/\/assay|(http|ws):\/\/127\.0\.0\.1:\d+|data:|blob:)/;

/** The addresses among these that are not the host's own. */
export function foreignAddresses(requested: readonly string[]): readonly string[] {
  return requested.filter((address) => !own.test(address));
}
