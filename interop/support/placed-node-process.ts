/** The process that `placed-node.ts` starts: a node controlled through its standard streams. */
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { NodeOperations, SettingsChange } from '@shoal/api'
import { CAPABILITIES } from '../../apps/node/src/node/capabilities.ts'
import { LogEntries } from '../../apps/node/src/node/kernel/log/log-entries.ts'
import { type OpenNode, runNode } from '../../apps/node/src/node/run-node.ts'
import { answerJsonLines } from './json-lines.ts'
import { recognize, type ShownNode } from './recognize.ts'

const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

const delays = monitorEventLoopDelay({ resolution: 5 })
delays.enable()

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
    const { max } = delays
    delays.reset()
    return max / 1e6
  },
  recognize: (shown: ShownNode) => recognize(node, shown),
  close: () => node.close(),
})
