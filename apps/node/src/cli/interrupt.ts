import { EXIT } from './exit.ts'

/**
 * Signals that ask a program to stop. Windows has SIGINT (Ctrl-C), SIGBREAK, and SIGHUP when the
 * window closes.
 */
const SIGNALS = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  ...(process.platform === 'win32' ? ['SIGBREAK' as const] : []),
] as const

/** Handles Ctrl-C: the first asks the command to stop, the second ends the process immediately. */
export interface Interrupt {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal
  /** Stops listening. */
  close(): void
}

/** The reason of the signal, with which aborted calls reject. */
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
