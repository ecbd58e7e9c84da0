// Tells ThreadSanitizer what Swift's Mutex does where it can't look.
//
// An uncontended Mutex is locked by atomics that the compiler puts into our own code, which ThreadSanitizer sees. A
// contended one is locked inside libswiftSynchronization, which is not instrumented: every value behind such a lock would
// be reported as a race. Preloaded, these functions stand before the library's own and add the missing notes. The names
// are those of Swift 6's runtime; if they change, the notes are missing and the reports are back.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

typedef __attribute__((swiftcall)) void (*lock_t)(uint32_t, __attribute__((swift_context)) void *);
typedef __attribute__((swiftcall)) void (*unlock_t)(__attribute__((swift_context)) void *);

__attribute__((swiftcall)) void noted_lock(uint32_t thread, __attribute__((swift_context)) void *mutex) __asm__(LOCK);
__attribute__((swiftcall)) void noted_unlock(__attribute__((swift_context)) void *mutex) __asm__(UNLOCK);

__attribute__((swiftcall)) void noted_lock(uint32_t thread, __attribute__((swift_context)) void *mutex) {
  lock_t lock = (lock_t)dlsym(RTLD_NEXT, LOCK);
  lock(thread, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

__attribute__((swiftcall)) void noted_unlock(__attribute__((swift_context)) void *mutex) {
  unlock_t unlock = (unlock_t)dlsym(RTLD_NEXT, UNLOCK);
  if (__tsan_release) __tsan_release(mutex);
  unlock(mutex);
}
