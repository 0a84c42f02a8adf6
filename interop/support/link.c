/*
 * A network link between two Ethernet devices, for tests and benchmarks: frames that arrive at one leave at the other, after a queue of limited
 * length in front of a wire of limited rate, with delay and loss. Both directions are alike. Linux only, requires root.
 *
 *   link DEVICE DEVICE RATE DELAY BUFFER LOSS LARGEST SEED   RATE in bits per second, DELAY of one direction in microseconds, BUFFER in bytes, LOSS in
 *                                                            frames of a million, LARGEST IP packet in bytes; larger ones disappear silently.
 *   link plain DEVICE                                        turns off offloading, with which frames would have no checksums or exceed the MTU.
 *
 * A line "largest N" on standard input changes LARGEST. For every other line, it prints one line of JSON with what happened since the last one. It exits
 * when standard input ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  ETHERNET_HEADER = 14,
  LARGEST_FRAME = 2048,
  /* Frames on their way in one direction. */
  SLOTS = 1 << 14,
  SAMPLE_NS = 5000000,
  /* One bucket per millisecond of delay in the queue. */
  BUCKETS = 4096,
};

struct frame {
  int64_t due;
  uint16_t length;
  uint8_t bytes[LARGEST_FRAME];
};

/* One direction of the link. */
struct direction {
  int from, to;
  /* When the wire will have sent all that is in the queue. */
  int64_t busy_until;
  uint32_t head, tail;
  struct frame *frames;
  uint64_t passed_frames, passed_bytes, full, lost, too_large;
  uint64_t delays[BUCKETS], samples;
};

static int64_t rate, delay_ns, buffer, loss, largest;
static uint64_t seed;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* xorshift64*: from 0 to 999,999. */
static int64_t random_million(void) {
  seed ^= seed >> 12;
  seed ^= seed << 25;
  seed ^= seed >> 27;
  return (int64_t)((seed * 2685821657736338717ull) >> 33) % 1000000;
}

static int open_device(const char *name) {
  int device = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
  if (device < 0) fail("socket");
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name)};
  if (bind(device, (struct sockaddr *)&address, sizeof address) < 0) fail(name);
  int on = 1, bytes = 16 << 20;
  if (setsockopt(device, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0) fail("PACKET_IGNORE_OUTGOING");
  struct packet_mreq all = {.mr_ifindex = address.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
  if (setsockopt(device, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) < 0) fail("promiscuous");
  setsockopt(device, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
  setsockopt(device, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes);
  return device;
}

static void turn_off_offloading(const char *name) {
  int any = socket(AF_INET, SOCK_DGRAM, 0);
  const uint32_t features[] = {ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_STXCSUM};
  for (unsigned i = 0; i < sizeof features / sizeof *features; i++) {
    struct ethtool_value off = {.cmd = features[i], .data = 0};
    struct ifreq request = {.ifr_data = (void *)&off};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(any, SIOCETHTOOL, &request) < 0) fail(name);
  }
}

static void receive(struct direction *way) {
  for (;;) {
    struct frame *frame = &way->frames[way->tail % SLOTS];
    ssize_t length = recv(way->from, frame->bytes, LARGEST_FRAME, MSG_TRUNC);
    if (length < 0) {
      if (errno == EAGAIN || errno == EINTR || errno == ENETDOWN) return;
      fail("recv");
    }
    uint16_t type = (uint16_t)(frame->bytes[12] << 8 | frame->bytes[13]);
    int is_ip = type == ETH_P_IP || type == ETH_P_IPV6;
    if (length > LARGEST_FRAME || length - ETHERNET_HEADER > largest) {
      way->too_large++;
      continue;
    }
    int64_t time = now();
    int64_t idle = way->busy_until < time;
    int64_t queued_bytes = idle ? 0 : (int64_t)((double)(way->busy_until - time) * (double)rate / 8e9);
    if (queued_bytes + length > buffer || way->tail - way->head == SLOTS) {
      way->full++;
      continue;
    }
    way->busy_until = (idle ? time : way->busy_until) + (int64_t)((double)length * 8e9 / (double)rate);
    /* The wire loses packets after it has spent time on them, but never the neighbors' addresses. */
    if (is_ip && random_million() < loss) {
      way->lost++;
      continue;
    }
    frame->due = way->busy_until + delay_ns;
    frame->length = (uint16_t)length;
    way->tail++;
  }
}

/* Sends the frames that are due. */
static void deliver(struct direction *way) {
  int64_t time = now();
  while (way->head != way->tail) {
    struct frame *frame = &way->frames[way->head % SLOTS];
    if (frame->due > time) return;
    way->head++;
    way->passed_frames++;
    way->passed_bytes += frame->length;
    if (send(way->to, frame->bytes, frame->length, 0) < 0 && errno != ENOBUFS && errno != EAGAIN && errno != ENETDOWN) fail("send");
  }
}

/* Notes how long a packet that arrived now would wait. */
static void sample(struct direction *way) {
  int64_t wait_ms = (way->busy_until - now()) / 1000000;
  if (wait_ms < 0) wait_ms = 0;
  way->delays[wait_ms < BUCKETS ? wait_ms : BUCKETS - 1]++;
  way->samples++;
}

static uint64_t quantile(const struct direction *way, double share) {
  uint64_t below = 0;
  for (uint64_t ms = 0; ms < BUCKETS; ms++) {
    below += way->delays[ms];
    if ((double)below >= share * (double)way->samples) return ms;
  }
  return BUCKETS;
}

static void report(struct direction *way) {
  double total = 0;
  for (uint64_t ms = 0; ms < BUCKETS; ms++) total += (double)(ms * way->delays[ms]);
  printf("{\"frames\":%llu,\"bytes\":%llu,\"full\":%llu,\"lost\":%llu,\"tooLarge\":%llu,\"meanDelayMs\":%.1f,\"medianDelayMs\":%llu,\"highDelayMs\":%llu}",
         (unsigned long long)way->passed_frames, (unsigned long long)way->passed_bytes, (unsigned long long)way->full, (unsigned long long)way->lost,
         (unsigned long long)way->too_large, way->samples ? total / (double)way->samples : 0, (unsigned long long)quantile(way, 0.5),
         (unsigned long long)quantile(way, 0.95));
  way->passed_frames = way->passed_bytes = way->full = way->lost = way->too_large = way->samples = 0;
  memset(way->delays, 0, sizeof way->delays);
}

static void run(struct direction ways[2]) {
  int64_t next_sample = now();
  for (;;) {
    int64_t wake = next_sample;
    for (int i = 0; i < 2; i++)
      if (ways[i].head != ways[i].tail && ways[i].frames[ways[i].head % SLOTS].due < wake) wake = ways[i].frames[ways[i].head % SLOTS].due;
    int64_t wait = wake - now();
    if (wait < 0) wait = 0;
    struct timespec time = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
    struct pollfd sources[] = {{.fd = ways[0].from, .events = POLLIN}, {.fd = ways[1].from, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    if (ppoll(sources, 3, &time, NULL) < 0 && errno != EINTR) fail("ppoll");
    for (int i = 0; i < 2; i++) receive(&ways[i]);
    for (int i = 0; i < 2; i++) deliver(&ways[i]);
    while (now() >= next_sample) {
      for (int i = 0; i < 2; i++) sample(&ways[i]);
      next_sample += SAMPLE_NS;
    }
    if (sources[2].revents == 0) continue;
    char line[64] = "";
    if (read(0, line, sizeof line - 1) <= 0) return;
    if (sscanf(line, "largest %ld", &largest) == 1) continue;
    printf("{\"there\":");
    report(&ways[0]);
    printf(",\"back\":");
    report(&ways[1]);
    printf("}\n");
    fflush(stdout);
  }
}

int main(int count, char **words) {
  if (count == 3 && strcmp(words[1], "plain") == 0) {
    turn_off_offloading(words[2]);
    return 0;
  }
  if (count != 9) {
    fprintf(stderr, "link DEVICE DEVICE RATE DELAY BUFFER LOSS LARGEST SEED\n");
    return 2;
  }
  int devices[] = {open_device(words[1]), open_device(words[2])};
  rate = atoll(words[3]);
  delay_ns = atoll(words[4]) * 1000;
  buffer = atoll(words[5]);
  loss = atoll(words[6]);
  largest = atoll(words[7]);
  seed = strtoull(words[8], NULL, 10) * 0x9e3779b97f4a7c15ull + 1;
  static struct direction ways[2];
  for (int i = 0; i < 2; i++) {
    ways[i].from = devices[i];
    ways[i].to = devices[1 - i];
    ways[i].frames = malloc(sizeof(struct frame) * SLOTS);
    if (!ways[i].frames) fail("malloc");
  }
  /* A link that had to wait for a processor would add delay of its own. */
  struct sched_param priority = {.sched_priority = 10};
  sched_setscheduler(0, SCHED_FIFO, &priority);
  run(ways);
  return 0;
}
