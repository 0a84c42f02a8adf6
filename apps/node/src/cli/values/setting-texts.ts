import type { Language } from '@shoal/messages'
import { LANGUAGE } from '../texts.ts'

type SettingTexts = Readonly<Record<string, { readonly title: string; readonly description: string }>>

const loads: Readonly<Record<Language, () => Promise<SettingTexts>>> = {
  en: async () => ({}),
  de: async () => (await import('@shoal/api/setting-texts/de')).default,
}

/** Translations of the titles and descriptions of settings. The contract of the API has the English ones. */
export const settingTexts: SettingTexts = await loads[LANGUAGE]()
