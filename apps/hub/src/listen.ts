import { SetupError } from './failure.ts'
import type { Given } from './options.ts'

/** Default port of a hub. */
export const DEFAULT_PORT = 6969

/** Addresses on which a hub listens. */
export function hostsOf({ host }: Given): readonly string[] {
  return host?.length ? host : ['127.0.0.1']
}

/** Other programs get ports from the same range at the same time. */
const ATTEMPTS = 20

class PortTakenError extends SetupError {
  readonly port: number

  constructor(port: number) {
    super(`Port ${port} is taken: stop the program that uses it, or choose another port with --port`)
    this.port = port
  }
}

/**
 * Retries `open` if a port that the system chose for one protocol or address is in use for another.
 * `open` must leave nothing open when it rejects.
 */
export async function listenOnAll<T>(given: Given, open: () => Promise<T>): Promise<T> {
  const wanted = [given.port ?? DEFAULT_PORT, given.udpPort, given.stunPort]
  for (let attempt = 1; ; attempt++) {
    try {
      return await open()
    } catch (error) {
      const isChosen = error instanceof PortTakenError && !wanted.includes(error.port)
      if (!isChosen || attempt === ATTEMPTS) throw error
    }
  }
}

/** Runs `open`, and turns failures to listen into readable errors. */
export async function listen<T>(host: string, port: number, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    const { cause = error, message } = error as Error
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new PortTakenError(port)
    if (code === 'EADDRNOTAVAIL')
      throw new SetupError(`${host} is not an address of this machine: choose another with --host`)
    if (code === 'EACCES')
      throw new SetupError(`This user may not listen on port ${port}: choose one above 1023`)
    throw new SetupError(`Cannot listen at ${host}, port ${port}: ${message}`)
  }
}
