export { type Catalog, isPlural, type Message, type Plural, type Translation } from './catalog.ts'
export { chooseLanguage, directionOf } from './language.ts'
export { findText, type Texts, toTexts } from './texts.ts'
