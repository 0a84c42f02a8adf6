import { type Catalog, type Catalogs, type Texts, toTexts } from '@shoal/messages'
import { isPseudo, language, locale } from './language.ts'

/**
 * Resolves to the texts of a catalog in the language of the page. Modules await this at the top
 * level, so that their importers can use the texts at once.
 */
export async function loadTexts<C extends Catalog>(catalogs: Catalogs<C>): Promise<Texts<C>> {
  const { default: catalog } = await catalogs[language]()
  if (!isPseudo) return toTexts(catalog, locale) as Texts<C>
  const { toPseudo } = await import('@shoal/messages/testing')
  return toTexts(toPseudo(catalog), locale) as Texts<C>
}
