#include "CFloor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in loopback(uint16_t port) {
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int without_delay(int descriptor) {
    int on = 1;
    if (descriptor >= 0) { setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); }
    return descriptor;
}

int floor_listen(uint16_t *port) {
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, size) != 0
        || listen(descriptor, 1024) != 0
        || getsockname(descriptor, (struct sockaddr *)&address, &size) != 0) {
        return -1;
    }
    *port = ntohs(address.sin_port);
    return descriptor;
}

int floor_accept(int listener) {
    int descriptor;
    do { descriptor = accept(listener, NULL, NULL); } while (descriptor < 0 && errno == EINTR);
    return without_delay(descriptor);
}

int floor_connect(uint16_t port) {
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = loopback(port);
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) { return -1; }
    return without_delay(descriptor);
}

void floor_close(int descriptor) { close(descriptor); }

void floor_shutdown(int descriptor) { shutdown(descriptor, SHUT_RDWR); }

bool floor_write(int descriptor, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    // In pieces, as a server writes what it has rather than a gigabyte at once.
    const size_t piece = 256 << 10;
    while (count > 0) {
        ssize_t written = write(descriptor, next, count < piece ? count : piece);
        if (written < 0) {
            if (errno == EINTR) { continue; }
            return false;
        }
        next += written;
        count -= (size_t)written;
    }
    return true;
}
