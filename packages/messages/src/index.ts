export type {
  Catalog,
  Catalogs,
  Translation,
} from './catalog.ts'
export { AVAILABLE, chooseLanguage, directionOf, LANGUAGES, type Language } from './language.ts'
export { findText, type Texts, toTexts } from './texts.ts'
