import { formatRate } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'

const t = texts.pages.dashboard

export const limitText = (limit: number | null) =>
  limit === null ? t.noLimit : t.limit({ rate: formatRate(limit) })
