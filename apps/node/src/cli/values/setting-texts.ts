import { LANGUAGE } from '../texts.ts'

type SettingTexts = Readonly<Record<string, { readonly title: string; readonly description: string }>>

/** Translations of the titles and descriptions of settings. The contract of the API has the English ones. */
export const settingTexts: SettingTexts =
  LANGUAGE === 'de' ? (await import('@shoal/api/setting-texts/de')).default : {}
