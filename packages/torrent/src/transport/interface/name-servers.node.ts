import { readFile } from 'node:fs/promises'
import { ShoalError } from '../../base/errors.ts'
import { canonicalIp } from '../../base/ip.ts'
import { isLoopback } from '../../base/local-address.ts'

/** Maximum number in resolv.conf(5). */
const MAX_SERVERS = 3
const MAX_LINES = 500
/**
 * The second file has the servers that systemd-resolved queries, which lists itself in the first.
 */
const FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf']

/**
 * Returns the name servers of the system, except those on this machine, which would query over any
 * interface. Rejects with `unreachable` if there is none.
 */
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
