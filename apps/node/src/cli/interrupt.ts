import { EXIT } from './exit.ts'

/** Signals that ask a program to end. Windows knows SIGINT (Ctrl-C), SIGBREAK, and SIGHUP when the window closes. */
const SIGNALS = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  ...(process.platform === 'win32' ? ['SIGBREAK' as const] : []),
] as const

/** Ctrl-C: the first asks the command to stop, the second ends the process at once. */
export interface Interrupt {
  /** Aborted by the first. */
  readonly signal: AbortSignal
  /** Listens no longer. */
  close(): void
}

/** Thrown, as the signal's reason, out of what Ctrl-C stopped. */
class Interrupted extends Error {
  readonly code = 'cancelled'

  constructor() {
    super('stopped')
    this.name = 'Interrupted'
  }
}

export function listenForInterrupt(): Interrupt {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    controller.abort(new Interrupted())
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  return {
    signal: controller.signal,
    close() {
      for (const name of SIGNALS) process.off(name, onSignal)
    },
  }
}
