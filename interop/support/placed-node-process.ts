/** Process started by `placed-node.ts`: a node controlled through its standard streams. */
import { join } from 'node:path'
import type { NodeOperations, SettingsChange } from '@shoal/api'
import { CAPABILITIES } from '../../apps/node/src/node/capabilities.ts'
import { LogEntries } from '../../apps/node/src/node/kernel/log/log-entries.ts'
import { type OpenNode, runNode } from '../../apps/node/src/node/run-node.ts'
import { answerJsonLines } from './json-lines.ts'
import { recognize, type ShownNode } from './recognize.ts'
import { StallMeter } from './stall-meter.ts'

const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

let turns = new StallMeter()

let node: OpenNode

answerJsonLines({
  async open({ folder, settings }: { folder: string; settings: SettingsChange }) {
    node = await runNode(
      {
        dataDir: join(folder, 'data'),
        directory: join(folder, 'files'),
        fixed: settings,
        allowedDirectories: [folder],
        log: QUIET,
        logEntries: new LogEntries(),
        onStop() {},
      },
      CAPABILITIES,
    )
  },
  call: ({ operation, input }: { operation: keyof NodeOperations; input: never }) =>
    (node.operations[operation] as (input: never) => Promise<unknown>)(input),
  async stall() {
    const { longestCpuMs } = turns.stop()
    turns = new StallMeter()
    return longestCpuMs
  },
  recognize: (shown: ShownNode) => recognize(node, shown),
  close: () => node.close(),
})
