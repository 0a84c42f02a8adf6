/*
 * The load generator of the tracker benchmark on machines with a C compiler. It does what tracker-load.ts does, with the same arguments and the same
 * line of JSON at the end, in a tenth of the CPU time, so that one process on its own core keeps the fastest tracker busy on another. Linux only.
 * Arguments: kind, port, seconds, swarms, first peer, announces, peers.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  UDP_WINDOW = 128,
  HTTP_CONNECTIONS = 64,
  ANNOUNCE_BYTES = 98,
  ANSWER_BYTES = 2048,
  /* Datagrams get lost: an announce without a response is repeated after this time. */
  STALL_MS = 100,
  /* After this many stalls in a row, no more responses are expected. */
  STALLS_AT_END = 10,
};

static struct sockaddr_in tracker;
static double seconds, started;
static uint32_t swarms;
/* Total number of announces, and number of peers that take turns; 0: unlimited. */
static uint64_t announces, peers;
static uint64_t first, sent, answers;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void end(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  printf("{\"answers\":%llu,\"seconds\":%.6f,\"cpuSeconds\":%.6f}\n", (unsigned long long)answers, now() - started, cpu);
  exit(0);
}

static int is_over(void) { return announces > 0 ? answers >= announces : now() - started > seconds; }
static int may_ask(void) { return announces == 0 || sent < announces; }

static void put32(uint8_t *at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, 4);
}

struct peer {
  uint8_t hash[20];
  uint16_t port;
  int is_seed;
};

/* Returns the swarm and port of the next peer: all swarms in turn, then again with other ports. The hashes are those of tracker-swarms.ts. */
static struct peer take_peer(void) {
  uint64_t number = peers > 0 ? (first + sent) % peers : first + sent;
  uint32_t swarm = (uint32_t)(number % swarms);
  struct peer peer = {.port = (uint16_t)(1 + number / swarms % 65535), .is_seed = number % 3 == 0};
  sent++;
  put32(peer.hash, (swarm + 1) * 0x9e3779b1u);
  put32(peer.hash + 4, swarm);
  put32(peer.hash + 8, (swarm + 7) * 0x85ebca6bu);
  put32(peer.hash + 16, ~swarm);
  return peer;
}

/* UDP (BEP 15): many datagrams per system call. */

static struct mmsghdr requests[UDP_WINDOW], replies[UDP_WINDOW];
static struct iovec request_parts[UDP_WINDOW], reply_parts[UDP_WINDOW];
static uint8_t request_bytes[UDP_WINDOW][ANNOUNCE_BYTES], reply_bytes[UDP_WINDOW][ANSWER_BYTES];

static int connect_udp(void) {
  int to = socket(AF_INET, SOCK_DGRAM, 0);
  int buffer = 4 << 20;
  struct timeval stall = {.tv_usec = STALL_MS * 1000};
  setsockopt(to, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, &stall, sizeof stall);
  if (connect(to, (struct sockaddr *)&tracker, sizeof tracker) < 0) fail("connect");
  return to;
}

static void ask_for_id(int to, uint8_t id[8]) {
  uint8_t packet[16] = {0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80, [15] = 1}, answer[16];
  for (int tries = 0; tries < 100; tries++) {
    if (send(to, packet, sizeof packet, 0) < 0) fail("send");
    if (recv(to, answer, sizeof answer, 0) != sizeof answer) continue;
    memcpy(id, answer + 8, 8);
    return;
  }
  fail("no connection ID");
}

static void prepare_packets(const uint8_t id[8]) {
  for (int at = 0; at < UDP_WINDOW; at++) {
    uint8_t *packet = request_bytes[at];
    memcpy(packet, id, 8);
    put32(packet + 8, 1);
    memcpy(packet + 36, "-XX0000-000000000000", 20);
    put32(packet + 92, 50);
    request_parts[at] = (struct iovec){packet, ANNOUNCE_BYTES};
    requests[at].msg_hdr = (struct msghdr){.msg_iov = &request_parts[at], .msg_iovlen = 1};
    reply_parts[at] = (struct iovec){reply_bytes[at], ANSWER_BYTES};
    replies[at].msg_hdr = (struct msghdr){.msg_iov = &reply_parts[at], .msg_iovlen = 1};
  }
}

static void send_announces(int to, int count) {
  int ready = 0;
  for (; ready < count && may_ask(); ready++) {
    struct peer peer = take_peer();
    memcpy(request_bytes[ready] + 16, peer.hash, 20);
    request_bytes[ready][71] = peer.is_seed ? 0 : 1;
    request_bytes[ready][96] = (uint8_t)(peer.port >> 8);
    request_bytes[ready][97] = (uint8_t)peer.port;
  }
  for (int done = 0; done < ready;) {
    int taken = sendmmsg(to, requests + done, (unsigned)(ready - done), 0);
    if (taken < 0) fail("sendmmsg");
    done += taken;
  }
}

static void udp(void) {
  uint8_t id[8];
  int to = connect_udp();
  ask_for_id(to, id);
  prepare_packets(id);
  send_announces(to, UDP_WINDOW);
  for (int stalls = 0; !is_over();) {
    int count = recvmmsg(to, replies, UDP_WINDOW, MSG_WAITFORONE, NULL);
    if (count < 0) {
      if (errno != EAGAIN && errno != EINTR) fail("recvmmsg");
      if (!may_ask() && ++stalls == STALLS_AT_END) break;
      send_announces(to, UDP_WINDOW / 4);
      continue;
    }
    stalls = 0;
    int announced = 0;
    for (int at = 0; at < count; at++) announced += replies[at].msg_len >= 20 && reply_bytes[at][3] == 1;
    answers += (uint64_t)announced;
    send_announces(to, count);
  }
}

/* HTTP: each connection has one pending announce. */

static int epoll;

static void watch(int how, int connection, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = connection};
  if (epoll_ctl(epoll, how, connection, &event) < 0) fail("epoll_ctl");
}

static int request_text(char *text, size_t size, int is_kept) {
  struct peer peer = take_peer();
  char escaped[61];
  for (int at = 0; at < 20; at++) {
    escaped[3 * at] = '%';
    escaped[3 * at + 1] = "0123456789abcdef"[peer.hash[at] >> 4];
    escaped[3 * at + 2] = "0123456789abcdef"[peer.hash[at] & 15];
  }
  escaped[60] = 0;
  return snprintf(text, size,
                  "GET /announce?info_hash=%s&peer_id=-XX0000-000000000000&port=%u&uploaded=0&downloaded=0&left=%d&compact=1"
                  "&numwant=50 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: %s\r\n\r\n",
                  escaped, peer.port, !peer.is_seed, ntohs(tracker.sin_port), is_kept ? "keep-alive" : "close");
}

/* Returns 0 if the connection is not established yet. */
static int ask(int connection, int is_kept) {
  char text[512];
  int length = request_text(text, sizeof text, is_kept);
  if (send(connection, text, (size_t)length, MSG_NOSIGNAL) == length) return 1;
  if (errno != EAGAIN && errno != ENOTCONN) fail("send");
  return 0;
}

static void open_connection(int is_kept) {
  int connection = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  if (connection < 0) fail("socket");
  if (is_kept) setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(connection, (struct sockaddr *)&tracker, sizeof tracker) < 0 && errno != EINPROGRESS) fail("connect");
  /* On loopback it is established at once, unless too many are waiting. */
  watch(EPOLL_CTL_ADD, connection, ask(connection, is_kept) ? EPOLLIN : EPOLLOUT);
}

/* Reads a response, which is complete if it ends with the end of its dictionary. Announces again on a connection that stays open. */
static void read_response(int connection, int is_kept) {
  static char bytes[65536];
  ssize_t length = recv(connection, bytes, sizeof bytes, 0);
  if (length < 0 && errno == EAGAIN) return;
  int is_complete = length > 0 && bytes[length - 1] == 'e';
  if (is_complete) answers++;
  if (is_complete && is_kept) ask(connection, is_kept);
  /* Wait for the tracker to close the connection, like clients that read to the end. */
  if (length > 0) return;
  close(connection);
  open_connection(is_kept);
}

static void http(int is_kept) {
  struct epoll_event events[HTTP_CONNECTIONS];
  epoll = epoll_create1(0);
  for (int count = 0; count < HTTP_CONNECTIONS; count++) open_connection(is_kept);
  while (!is_over()) {
    int count = epoll_wait(epoll, events, HTTP_CONNECTIONS, STALL_MS);
    for (int at = 0; at < count; at++) {
      int connection = events[at].data.fd;
      if (!(events[at].events & EPOLLOUT)) read_response(connection, is_kept);
      else if (ask(connection, is_kept)) watch(EPOLL_CTL_MOD, connection, EPOLLIN);
    }
  }
}

int main(int count, char **given) {
  if (count != 8) return 2;
  tracker.sin_family = AF_INET;
  tracker.sin_port = htons((uint16_t)atoi(given[2]));
  tracker.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  seconds = atof(given[3]);
  swarms = (uint32_t)atoi(given[4]);
  first = strtoull(given[5], NULL, 10);
  announces = strtoull(given[6], NULL, 10);
  peers = strtoull(given[7], NULL, 10);
  started = now();
  if (strcmp(given[1], "udp") == 0) udp();
  else http(strcmp(given[1], "http-kept") == 0);
  end();
}
