export default {
  feeds: {
    summary: 'Follow RSS and Atom feeds',
    about:
      'list shows the feeds; add URL follows a feed; items ID shows its items; filter ID adds a filter to it, or replaces all filters with --clear; refresh ID reads it now; remove ID … stops following feeds.\n\nFilters select the items that are downloaded automatically: those whose title has all words of --include and none of --exclude. /…/ is a regular expression. Without filters, nothing is downloaded.',
    action: 'list, add, items, filter, refresh or remove. Default: list',
    word: 'the URL, or the ID of the feed',
    options: {
      include: 'For a filter: words that the title must have; "" for all items',
      exclude: 'For a filter: words that the title must not have',
      label: 'For a filter: label of its downloads',
      out: 'For a filter: folder for its downloads',
      paused: 'For a filter: add the torrents paused',
      clear: 'For filter: remove the existing filters',
      every: 'Interval at which the feed is read. Default: 30',
    },
    examples: {
      add: 'Follows the feed and downloads items that have both words',
      items: 'Lists the items of a feed',
    },
    none: 'There are no feeds: {shoal} feeds add URL follows one',
    noItems: 'The feed has no items yet',
    unreadable:
      'this feed cannot be read: {reason}. It is kept and will be tried again; {shoal} feeds remove {id} removes it',
    needsChange: 'give --include, --clear or --every',
    needsWords: 'a filter requires --include or --exclude; --include "" selects all items',
    removed: { one: 'Removed {count} feed', other: 'Removed {count} feeds' },
    columns: {
      id: 'ID',
      title: 'Title',
      url: 'URL',
      filters: 'Filters',
      every: 'Every',
      read: 'Read',
      published: 'Published',
      added: 'Added',
      source: 'Source',
    },
    minutes: '{minutes} min',
    failed: 'failed: {reason}',
    notYet: 'not yet',
    yes: 'yes',
  },
} as const
