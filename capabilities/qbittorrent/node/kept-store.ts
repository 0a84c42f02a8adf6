import type { Database, Query } from '@shoal/daemon/database'
import { Refusal } from './refusal.ts'

/** Maximum numbers of tags and of rules. */
const MOST = 1000
const LONGEST_NAME = 255
const LONGEST_RULE = 65_536

export type RuleDefinition = Readonly<Record<string, unknown>>

/**
 * Stores what qBittorrent has and Shoal does not: tags without torrents, and rules that are
 * switched off or have no feeds.
 */
export class KeptStore {
  readonly #tags: Query<{ name: string }>
  readonly #addTag: Query<never>
  readonly #removeTag: Query<never>
  readonly #rules: Query<{ name: string; definition: string }>
  readonly #putRule: Query<never>
  readonly #removeRule: Query<never>

  constructor(database: Database) {
    this.#tags = database.prepare('SELECT name FROM qbittorrent_tags ORDER BY name')
    this.#addTag = database.prepare('INSERT OR IGNORE INTO qbittorrent_tags (name) VALUES (?)')
    this.#removeTag = database.prepare('DELETE FROM qbittorrent_tags WHERE name = ?')
    this.#rules = database.prepare('SELECT name, definition FROM qbittorrent_rules ORDER BY name')
    this.#putRule = database.prepare(
      'INSERT OR REPLACE INTO qbittorrent_rules (name, definition) VALUES (?, ?)',
    )
    this.#removeRule = database.prepare('DELETE FROM qbittorrent_rules WHERE name = ?')
  }

  tags(): string[] {
    return this.#tags.all().map(({ name }) => name)
  }

  /** Throws if there are too many. */
  addTags(names: readonly string[]): void {
    const known = new Set(this.tags())
    const added = names.filter(name => !known.has(name))
    if (known.size + added.length > MOST || added.some(name => name.length > LONGEST_NAME))
      throw new Refusal(409, 'too many tags, or a tag that is too long')
    for (const name of added) this.#addTag.run(name)
  }

  removeTags(names: readonly string[]): void {
    for (const name of names) this.#removeTag.run(name)
  }

  rules(): Map<string, RuleDefinition> {
    return new Map(this.#rules.all().map(({ name, definition }) => [name, JSON.parse(definition)]))
  }

  /** Throws if it is too long, or there are too many. */
  putRule(name: string, definition: RuleDefinition): void {
    const text = JSON.stringify(definition)
    const rules = this.rules()
    if (text.length > LONGEST_RULE || name.length > LONGEST_NAME || (rules.size >= MOST && !rules.has(name)))
      throw new Refusal(409, 'too many rules, or a rule that is too long')
    this.#putRule.run(name, text)
  }

  removeRule(name: string): void {
    this.#removeRule.run(name)
  }
}
