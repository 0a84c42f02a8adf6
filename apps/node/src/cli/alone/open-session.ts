import { Session, type SessionOptions } from '@shoal/torrent'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'

/** Opens the session of a command. An error about a taken port names `--port`. */
export async function openSession(options: SessionOptions): Promise<Session> {
  return Session.open(options).catch(error => {
    const { code, message } = error as { code?: string; message: string }
    const [, protocol, port] = /^(TCP|UDP) port (\d+) is taken/.exec(message) ?? []
    if (code !== 'refused' || protocol === undefined) throw error
    throw new CommandFailure('refused', texts.networkOptions.portTaken({ protocol, port: port! }), {
      cause: error,
    })
  })
}
