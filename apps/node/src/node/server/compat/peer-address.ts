/** Splits `host:port`, with IPv6 addresses in brackets. */
export function parsePeerAddress(address: string): { host: string; port: number } {
  const [, host = address, port = '0'] = /^(.*):(\d+)$/.exec(address) ?? []
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
}
