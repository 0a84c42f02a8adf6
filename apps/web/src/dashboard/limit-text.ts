import { formatRate } from '../format/format.ts'
import { texts } from '../texts/texts.ts'

const t = texts.pages.dashboard

export const limitText = (limit: number | null) => (limit === null ? t.noLimit : t.limit(formatRate(limit)))
