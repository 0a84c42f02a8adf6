import { type Catalog, type Texts, type Translation, toTexts } from '@shoal/messages'
import { isPseudo, type Language, language, locale } from './language.ts'

/** How the catalog of each language is fetched: each is a chunk of its own, and only that of the page's language is. */
export type Catalogs<C> = {
  readonly [L in Language]: () => Promise<{ readonly default: L extends 'en' ? C : Translation<C> }>
}

/** Resolves to the texts of the catalog of the page's language. Modules await this, so that all that import them have texts from the start. */
export async function loadTexts<C extends Catalog>(catalogs: Catalogs<C>): Promise<Texts<C>> {
  const { default: catalog } = await catalogs[language]()
  if (!isPseudo) return toTexts(catalog, locale) as Texts<C>
  const { toPseudo } = await import('@shoal/messages/testing')
  return toTexts(toPseudo(catalog), locale) as Texts<C>
}
