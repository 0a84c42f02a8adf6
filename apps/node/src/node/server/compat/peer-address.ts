/** Of `host:port`, IPv6 in brackets. */
export function addressOf(address: string): { host: string; port: number } {
  const [, host = address, port = '0'] = /^(.*):(\d+)$/.exec(address) ?? []
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
}
