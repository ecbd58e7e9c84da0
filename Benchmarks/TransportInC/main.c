// The baseline: what a careful C program reaches with librabbitmq.
//
// Consumes COUNT messages from a queue, publishes an event of 600 bytes for each with a confirm, and acknowledges each
// message after its event was confirmed. One connection, one thread, no copies that can be avoided: frames are encoded
// into one buffer that leaves with one send before each wait.
//
//   transport-in-c HOST PORT QUEUE EVENTS_QUEUE COUNT PREFETCH
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#endif

enum { CHANNEL = 1, BODY_SIZE = 600, WINDOW = 65536, ACK_BATCH = 32 };

static amqp_connection_state_t connection;
static unsigned char out[1 << 20];
static size_t out_length;

static void die(const char *what, const char *why) {
  fprintf(stderr, "transport-in-c: %s: %s\n", what, why);
  exit(1);
}

static void check(amqp_rpc_reply_t reply, const char *what) {
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) die(what, amqp_error_string2(reply.library_error));
}

static void flush(void) {
  size_t sent = 0;
  while (sent < out_length) {
    ssize_t result = send(amqp_get_sockfd(connection), out + sent, out_length - sent, MSG_NOSIGNAL);
    if (result > 0) {
      sent += (size_t)result;
    } else if (errno == EAGAIN || errno == EINTR) {
      struct pollfd descriptor = {amqp_get_sockfd(connection), POLLOUT, 0};
      poll(&descriptor, 1, 1000);
    } else {
      die("send", strerror(errno));
    }
  }
  out_length = 0;
}

static void put(const void *bytes, size_t count) {
  memcpy(out + out_length, bytes, count);
  out_length += count;
}

static void put_number(uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out[out_length++] = (unsigned char)(value >> shift);
}

// Begins a frame; its length is patched when it ends.
static size_t begin_frame(int type) {
  if (out_length > sizeof out - 8192) flush();
  put_number(type, 1);
  put_number(CHANNEL, 2);
  put_number(0, 4);
  return out_length;
}

static void end_frame(size_t start) {
  size_t end = out_length, length = end - start;
  out_length = start - 4;
  put_number(length, 4);
  out_length = end;
  put_number(AMQP_FRAME_END, 1);
}

static void put_method(amqp_method_number_t id, void *method) {
  size_t start = begin_frame(AMQP_FRAME_METHOD);
  put_number(id, 4);
  amqp_bytes_t room = {sizeof out - out_length, out + out_length};
  int length = amqp_encode_method(id, method, room);
  if (length < 0) die("encoding a method", amqp_error_string2(length));
  out_length += (size_t)length;
  end_frame(start);
}

static void publish(amqp_bytes_t queue, uint64_t number, amqp_bytes_t body) {
  amqp_basic_publish_t method = {.routing_key = queue, .mandatory = 1};
  put_method(AMQP_BASIC_PUBLISH_METHOD, &method);
  char id[32];
  amqp_basic_properties_t properties = {
      ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG, .delivery_mode = 2};
  properties.message_id.len = (size_t)snprintf(id, sizeof id, "event-%llu", (unsigned long long)number);
  properties.message_id.bytes = id;
  size_t start = begin_frame(AMQP_FRAME_HEADER);
  put_number(AMQP_BASIC_CLASS, 2);
  put_number(0, 2);
  put_number(body.len, 8);
  amqp_bytes_t room = {sizeof out - out_length, out + out_length};
  int length = amqp_encode_properties(AMQP_BASIC_CLASS, &properties, room);
  if (length < 0) die("encoding properties", amqp_error_string2(length));
  out_length += (size_t)length;
  end_frame(start);
  start = begin_frame(AMQP_FRAME_BODY);
  put(body.bytes, body.len);
  end_frame(start);
}

int main(int count, char **arguments) {
  if (count != 7) die("usage", "HOST PORT QUEUE EVENTS_QUEUE COUNT PREFETCH");
  const char *host = arguments[1];
  amqp_bytes_t queue = amqp_cstring_bytes(arguments[3]), events = amqp_cstring_bytes(arguments[4]);
  uint64_t total = strtoull(arguments[5], NULL, 10);
  connection = amqp_new_connection();
  amqp_socket_t *socket = amqp_tcp_socket_new(connection);
  if (amqp_socket_open(socket, host, atoi(arguments[2]))) die("connecting", host);
  check(amqp_login(connection, "/", 0, 131072, 15, AMQP_SASL_METHOD_PLAIN, "guest", "guest"), "login");
  amqp_channel_open(connection, CHANNEL);
  check(amqp_get_rpc_reply(connection), "channel.open");
  amqp_confirm_select(connection, CHANNEL);
  check(amqp_get_rpc_reply(connection), "confirm.select");
  amqp_basic_qos(connection, CHANNEL, 0, (uint16_t)atoi(arguments[6]), 0);
  check(amqp_get_rpc_reply(connection), "basic.qos");
  amqp_basic_consume(connection, CHANNEL, queue, amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
  check(amqp_get_rpc_reply(connection), "basic.consume");

  static uint64_t tags[WINDOW];           // the delivery that each publishing belongs to
  static unsigned char confirmed[WINDOW]; // by delivery tag
  unsigned char body[BODY_SIZE];
  memset(body, 'e', sizeof body);
  uint64_t tag = 0, sequence = 0, first_open = 1, settled = 0, sent_ack = 0;
  size_t expected = 0, received = 0;
  while (sent_ack < total) {
    amqp_frame_t frame;
    struct timeval now = {0, 0};
    int status = amqp_simple_wait_frame_noblock(connection, &frame, &now);
    if (status == AMQP_STATUS_TIMEOUT) {
      // Idle: what is settled leaves at once.
      if (settled > sent_ack) {
        amqp_basic_ack_t ack = {.delivery_tag = settled, .multiple = 1};
        put_method(AMQP_BASIC_ACK_METHOD, &ack);
        sent_ack = settled;
      }
      flush();
      if (sent_ack >= total) break;
      struct pollfd descriptor = {amqp_get_sockfd(connection), POLLIN, 0};
      poll(&descriptor, 1, 1000);
      continue;
    }
    if (status < 0) die("reading", amqp_error_string2(status));
    int complete = 0;
    if (frame.frame_type == AMQP_FRAME_METHOD) {
      if (frame.payload.method.id == AMQP_BASIC_DELIVER_METHOD) {
        tag = ((amqp_basic_deliver_t *)frame.payload.method.decoded)->delivery_tag;
      } else if (frame.payload.method.id == AMQP_BASIC_ACK_METHOD) {
        amqp_basic_ack_t *ack = frame.payload.method.decoded;
        uint64_t from = ack->multiple ? first_open : ack->delivery_tag;
        for (uint64_t one = from; one <= ack->delivery_tag; one++) {
          // A multiple ack may pass over what a single one has confirmed before.
          if (tags[one % WINDOW] > settled) confirmed[tags[one % WINDOW] % WINDOW] = 1;
        }
        if (ack->multiple) first_open = ack->delivery_tag + 1;
        while (confirmed[(settled + 1) % WINDOW]) confirmed[++settled % WINDOW] = 0;
        if (settled - sent_ack >= ACK_BATCH) {
          amqp_basic_ack_t own = {.delivery_tag = settled, .multiple = 1};
          put_method(AMQP_BASIC_ACK_METHOD, &own);
          sent_ack = settled;
        }
      } else {
        die("reading", "an unexpected method");
      }
    } else if (frame.frame_type == AMQP_FRAME_HEADER) {
      expected = frame.payload.properties.body_size;
      received = 0;
      complete = expected == 0;
    } else if (frame.frame_type == AMQP_FRAME_BODY) {
      received += frame.payload.body_fragment.len;
      complete = received == expected;
    }
    if (complete) {
      tags[++sequence % WINDOW] = tag;
      publish(events, sequence, (amqp_bytes_t){sizeof body, body});
    }
    amqp_maybe_release_buffers_on_channel(connection, frame.channel);
  }
  flush();
  amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
  amqp_destroy_connection(connection);
  return 0;
}
