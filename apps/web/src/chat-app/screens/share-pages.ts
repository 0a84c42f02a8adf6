/** Finds the pages that open links to shares in a new tab. */
export class SharePages {
  readonly #folder: string
  readonly #fetch: typeof fetch
  #own: Promise<string | null> | undefined

  /** `app`: the address of the app. On a node, the share page is in the folder next to it. */
  constructor(app: string, load: typeof fetch = (input, init) => fetch(input, init)) {
    this.#folder = new URL('../share/', app).href
    this.#fetch = load
  }

  /**
   * Resolves to the page that the link names. For links that name none, resolves to the page next
   * to the app, or to null.
   */
  async pageOf(link: string): Promise<string | null> {
    const url = URL.parse(link)
    if (url && /^https?:$/.test(url.protocol)) return url.href
    if (!/^(?:#s\d|magnet:\?)/.test(link)) return null
    const own = await this.own()
    return own && `${own}#${link.replace(/^#/, '')}`
  }

  /**
   * Resolves to the page next to the app, or to null if there is none. It is requested only once.
   */
  own(): Promise<string | null> {
    this.#own ??= this.#find()
    return this.#own
  }

  async #find(): Promise<string | null> {
    try {
      // Servers that answer every address with a page do not have a manifest there.
      const answer = await this.#fetch(new URL('manifest.webmanifest', this.#folder), { cache: 'no-store' })
      const { start_url: start } = (await answer.json()) as { readonly start_url?: unknown }
      return answer.ok && typeof start === 'string' ? this.#folder : null
    } catch {
      return null
    }
  }
}
