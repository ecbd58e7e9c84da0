import CPostgres

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension ServerConnection {
    /// A connection to the first server that takes it.
    ///
    /// libpq goes on to the next server when one has failed, and a server that is switched off, or says nothing, doesn't
    /// fail. So nobody may use up all the time: each gets its share, and then the next server is asked first, which the
    /// next connection remembers.
    static func connected(
        _ parameters: ConnectionParameters,
        _ deadline: Deadline,
        _ tick: Tick
    ) throws(ServerFailure) -> OpaquePointer {
        let (count, first) = (parameters.servers.count, parameters.first.index)
        for turn in 0..<count {
            let index = (first + turn) % count
            let share = deadline.share(of: count - turn)
            do throws(ServerFailure) {
                let handle = try connected(parameters.servers.beginning(with: index), share, tick)
                parameters.first.answered(index)
                return handle
            } catch {
                // Whatever else happened has happened with all of them.
                guard share.hasPassed, turn < count - 1 else { throw error }
            }
        }
        throw .lost("no server is named")
    }

    private static func connected(
        _ servers: ServerList,
        _ deadline: Deadline,
        _ tick: Tick
    ) throws(ServerFailure) -> OpaquePointer {
        let started = servers.withCStrings { PQconnectStartParams($0, $1, 0) }
        guard let handle = started else { throw .lost("out of memory") }
        do throws(ServerFailure) {
            try connect(handle, deadline, tick)
            return handle
        } catch {
            PQfinish(handle)
            throw error
        }
    }

    private static func connect(
        _ handle: OpaquePointer,
        _ deadline: Deadline,
        _ tick: Tick
    ) throws(ServerFailure) {
        // Notices ("relation exists already, skipping") are nobody's business.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        var awaited = PGRES_POLLING_WRITING
        while true {
            guard PQstatus(handle) != CONNECTION_BAD else { throw failure(of: handle) }
            try wait(for: awaited == PGRES_POLLING_READING ? POLLIN : POLLOUT, on: handle, deadline, tick)
            awaited = PQconnectPoll(handle)
            switch awaited {
            case PGRES_POLLING_OK:
                guard PQsetnonblocking(handle, 1) == 0 else { throw failure(of: handle) }
                return
            case PGRES_POLLING_FAILED: throw failure(of: handle)
            case _: continue
            }
        }
    }

    /// Waits until the socket can be read or written.
    static func wait(
        for events: Int32,
        on handle: OpaquePointer,
        _ deadline: Deadline,
        _ tick: Tick
    ) throws(ServerFailure) {
        while true {
            guard PQsocket(handle) >= 0 else { throw failure(of: handle) }
            let rest = deadline.milliseconds
            guard rest > 0 else { throw .lost("the server did not answer in time") }
            var entry = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
            if poll(&entry, 1, min(rest, 200)) > 0 { return }
            tick()
        }
    }

    /// What libpq last said, in one line.
    static func failure(of handle: OpaquePointer) -> ServerFailure { .lost(sentence(PQerrorMessage(handle))) }
}
