import { Refusal } from './refusal.ts'

/** Maximum numbers of fields and files in a request. */
const MOST = 10_000

export interface GivenFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Parameters of a request, from both its query and its form. */
export class Params {
  readonly files: readonly GivenFile[]
  readonly #texts: ReadonlyMap<string, string>

  constructor(texts: ReadonlyMap<string, string>, files: readonly GivenFile[] = []) {
    this.#texts = texts
    this.files = files
  }

  /** Returns these parameters with some replaced. */
  with(others: ReadonlyMap<string, string>): Params {
    return new Params(new Map([...this.#texts, ...others]), this.files)
  }

  has(name: string): boolean {
    return this.#texts.has(name)
  }

  /** Returns an empty string if it is absent. */
  text(name: string): string {
    return this.#texts.get(name) ?? ''
  }

  /** Throws if it is absent. */
  required(name: string): string {
    const value = this.#texts.get(name)
    if (value === undefined) throw new Refusal(400, `missing required parameter: ${name}`)
    return value
  }

  /** Returns undefined if it is absent or empty. */
  number(name: string): number | undefined {
    const text = this.text(name).trim()
    if (text === '') return undefined
    const value = Number(text)
    if (!Number.isFinite(value)) throw new Refusal(400, `${name} is not a number`)
    return value
  }

  /** Returns undefined if it is absent or neither true nor false. */
  bool(name: string): boolean | undefined {
    const text = this.text(name).trim().toLowerCase()
    if (text === 'true' || text === '1') return true
    return text === 'false' || text === '0' ? false : undefined
  }

  /** Returns the parts that are not empty. */
  list(name: string, separator: string | RegExp): string[] {
    const parts = this.text(name).split(separator, MOST + 1)
    if (parts.length > MOST) throw new Refusal(400, `${name} has too many parts`)
    return parts.map(part => part.trim()).filter(part => part !== '')
  }
}

/**
 * Reads the parameters from query and body. A body declared as multipart is parsed by RFC 7578, any
 * other as a form.
 */
export async function readParams(url: string, type: string | undefined, body: unknown): Promise<Params> {
  const at = url.indexOf('?')
  const texts = new Map<string, string>()
  if (at >= 0) addForm(texts, url.slice(at + 1))
  if (!(body instanceof Uint8Array) || body.length === 0) return new Params(texts)
  if (/^multipart\/form-data\b/i.test(type ?? ''))
    return new Params(texts, await addMultipart(texts, type!, body))
  addForm(texts, Buffer.from(body).toString('utf8'))
  return new Params(texts)
}

function addForm(texts: Map<string, string>, form: string): void {
  let count = 0
  for (const [name, value] of new URLSearchParams(form)) {
    if (++count > MOST) throw new Refusal(400, 'too many parameters')
    texts.set(name, value)
  }
}

async function addMultipart(
  texts: Map<string, string>,
  type: string,
  body: Uint8Array,
): Promise<GivenFile[]> {
  const form = await new Response(body.slice(), { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw new Refusal(400, 'the form is malformed')
    })
  const files: GivenFile[] = []
  let count = 0
  for (const [name, value] of form) {
    if (++count > MOST) throw new Refusal(400, 'too many parameters')
    if (typeof value === 'string') texts.set(name, value)
    else files.push({ name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) })
  }
  return files
}
