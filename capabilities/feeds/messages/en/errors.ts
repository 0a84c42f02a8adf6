export default {
  'feed-status': '{host}: the server did not send the feed (HTTP {status})',
  'feed-late': '{host}: the feed did not arrive within {seconds} seconds',
  'feed-damaged': 'the compressed feed is damaged or too large',
  'feed-compression': 'the compression of the feed is not supported: {name}',
  'feed-not': 'this is not an RSS or Atom feed: check the link',
  'feed-deep': 'this feed is nested too deeply',
  'feeds-many': 'a node follows at most {most} feeds: remove some first',
  'feed-gone': 'there is no such feed: it may have been removed',
  'feed-slow': 'the filter {filter} takes too long to match {title}: simplify it',
  'feed-thread': 'the thread that runs filters ended: try again',
  'input-feed-url': 'write the address of a feed, which begins with http:// or https://',
  'feed-expression': 'this is not a valid regular expression: {why}',
} as const
