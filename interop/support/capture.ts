/** Captures the packets of this machine that match a filter. Requires root. */
import { readFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { tempDir } from './files.ts'
import { type Packet, readPcap } from './pcap.ts'
import { start } from './process.ts'
import { missing, toolPath } from './tools.ts'

/** Why no packets can be captured, or null. */
export const cannotCapture = process.getuid?.() === 0 ? missing('tcpdump') : 'capturing packets requires root'

export interface Capture extends AsyncDisposable {
  /**
   * Ends the capture. Returns the packets in the order in which they were sent, and the file with
   * all their bytes.
   */
  stop(): Promise<{ readonly packets: readonly Packet[]; readonly bytes: Buffer }>
}

/** `filter`: see pcap-filter(7). */
export async function startCapture(filter: string): Promise<Capture> {
  const folder = await tempDir('capture')
  const path = folder.join('packets')
  const args = ['-i', 'any', '-y', 'LINUX_SLL2', '-n', '-U', '--immediate-mode', '-s', '0', '-Z', 'root']
  const child = await start('tcpdump', toolPath('tcpdump'), [...args, '-B', '65536', '-w', path, filter])
  await until('the capture runs', () => child.output().includes('listening on'))
  return {
    async stop() {
      await child.stop()
      const bytes = await readFile(path)
      return { packets: readPcap(bytes), bytes }
    },
    async [Symbol.asyncDispose]() {
      await child.stop()
      await folder.remove()
    },
  }
}
