import { readFile } from 'node:fs/promises'
import { ShoalError } from '../../base/errors.ts'
import { canonicalIp } from '../../base/ip.ts'
import { isLoopback } from '../../base/local-address.ts'

/** As resolv.conf(5) allows. */
const MAX_SERVERS = 3
const MAX_LINES = 500
/** The second has the servers that systemd-resolved asks, which stands itself in the first. */
const FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf']

/** The name servers of the system, without those on this machine, which would ask over any interface. Rejects with `unreachable` if there is none. */
export async function systemNameServers(files: readonly string[] = FILES): Promise<string[]> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '')
    const servers = nameServers(text).filter(server => !isLoopback(server))
    if (servers.length > 0) return servers
  }
  throw new ShoalError(
    'unreachable',
    'this system names no DNS server that a network interface could reach: name some in the settings',
  )
}

function nameServers(text: string): string[] {
  const found = text.split('\n', MAX_LINES).flatMap(line => {
    const [word, address = ''] = line.trim().split(/\s+/)
    const ip = word === 'nameserver' ? canonicalIp(address) : null
    return ip === null ? [] : [ip]
  })
  return found.slice(0, MAX_SERVERS)
}
