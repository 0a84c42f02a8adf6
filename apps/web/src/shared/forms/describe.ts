import type { Option } from '../controls/Field.tsx'
import { language as ownLanguage } from '../messages/language.ts'

const LANGUAGES = 'ar cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv tr uk vi zh'
const LICENSES = 'CC0-1.0 CC-BY-4.0 CC-BY-SA-4.0 CC-BY-NC-4.0 CC-BY-NC-SA-4.0 MIT Apache-2.0 GPL-3.0-or-later'

/** Licenses to choose from, by their SPDX identifiers. */
export const LICENSE_OPTIONS: readonly Option[] = LICENSES.split(' ').map(value => ({ value, text: value }))

/** Returns languages to choose from, by name. */
export function languageOptions(): Option[] {
  const names = new Intl.DisplayNames([ownLanguage], { type: 'language' })
  return LANGUAGES.split(' ')
    .map(value => ({ value, text: names.of(value) ?? value }))
    .sort((a, b) => a.text.localeCompare(b.text))
}
