import { type Catalog, type Catalogs, type Texts, toTexts } from '@shoal/messages'
import { isPseudo, language, locale } from './language.ts'

/** Resolves to the texts of the catalog of the page's language. Modules await this, so that all that import them have texts from the start. */
export async function loadTexts<C extends Catalog>(catalogs: Catalogs<C>): Promise<Texts<C>> {
  const { default: catalog } = await catalogs[language]()
  if (!isPseudo) return toTexts(catalog, locale) as Texts<C>
  const { toPseudo } = await import('@shoal/messages/testing')
  return toTexts(toPseudo(catalog), locale) as Texts<C>
}
