/** The real transmission-remote, which can control any server with Transmission's RPC. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { toolPath } from './tools.ts'

const runFile = promisify(execFile)

export class TransmissionRemote {
  readonly #server: string
  readonly #login: string

  /** `url` is for example `http://127.0.0.1:8420`; `login` is `user:password`. */
  constructor(url: string, login: string) {
    this.#server = new URL(url).host
    this.#login = login
  }

  /** Runs it and returns its output. On failure, rejects with the output and the exit status. */
  async run(...args: string[]): Promise<string> {
    const all = [this.#server, '--authenv', ...args]
    const env = { ...process.env, TR_AUTH: this.#login, TZ: 'UTC', LC_ALL: 'C' }
    const { stdout, stderr } = await runFile(toolPath('transmission-remote'), all, {
      env,
    }).catch(error => {
      throw new Error(`${args.join(' ')}: ${error.stdout}${error.stderr} (${error.code ?? error.signal})`)
    })
    // It exits with 0 even if the server rejects the request.
    if (/Error: |Unexpected response/.test(stdout + stderr))
      throw new Error(`${args.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }

  /** Parses the rows of its list: ID, Done, Have, ETA, Up, Down, Ratio, Status, Name. */
  async list(...args: string[]): Promise<Row[]> {
    const lines = (await this.run(...args, '--list')).split('\n').slice(1)
    return lines.flatMap(line => {
      const row = LINE.exec(line)?.groups
      return row ? [{ id: row.id!, done: row.done!, status: row.status!.trim(), name: row.name! }] : []
    })
  }
}

export interface Row {
  /** Followed by a star if the torrent has an error. */
  readonly id: string
  readonly done: string
  readonly status: string
  readonly name: string
}

const LINE =
  /^ *(?<id>\d+\*?) +(?<done>\d+%|n\/a) +(?:None|[\d.]+ \w+) +(?:\S+(?: \w+)?) +[\d.]+ +[\d.]+ +(?:None|Inf|[\d.]+) +(?<status>(?:Up & Down|\S+)) +(?<name>.*)$/
