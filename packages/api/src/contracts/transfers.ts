import { contract } from '../contract.ts'

/** Downloads of plain files over HTTP(S) and FTP. */
export const TRANSFERS = contract({
  name: 'transfers',
  otherErrors: { stalled: 'the job, which tries again' },
})
