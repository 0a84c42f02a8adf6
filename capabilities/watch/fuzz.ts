export const watch = {
  exceptions: {
    'capabilities/watch/node/read-candidate.ts#readCandidate':
      'opens a file and calls parseMagnet and parseMetainfo',
  },
} as const
