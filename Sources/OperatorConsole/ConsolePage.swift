import OrderFulfilment
import SubscriptionLifecycle

/// The page at `/`: what an operator looks at first.
enum ConsolePage {
    static func html(
        _ readiness: Readiness,
        _ counters: LineCounters.Snapshot,
        _ ledger: LedgerStatistics?,
        _ prefix: String
    ) -> String {
        let state = readiness.isReady ? "<b class=good>ready</b>" : "<b class=bad>not ready</b>"
        let troubles = readiness.troubles.map { "<li>\(escaped($0))</li>" }.joined()
        let pauses = readiness.pauses.map {
            "<li>\(escaped($0.operation.rawValue)) is paused by \(escaped($0.by)) \(escaped($0.reason ?? ""))</li>"
        }.joined()
        let fates = Fate.allCases.map { row($0.rawValue, counters.fates[$0] ?? 0) }.joined()
        let open = OrderRecord.State.allCases.filter { $0 != .ended }.map { row($0.rawValue, ledger?.open[$0] ?? 0) }
        let outcomes = counters.outcomes.sorted { $0.key < $1.key }.map { row($0.key, $0.value) }.joined()
        return """
            <!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=5>
            <meta name=viewport content="width=device-width"><title>order-worker</title>
            <style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1d2433}
            h1{font-size:1.4rem}h2{font-size:1rem;margin:1.5rem 0 .3rem}.grid{display:grid;gap:1rem 3rem;
            grid-template-columns:repeat(auto-fit,minmax(16rem,1fr))}table{border-collapse:collapse;width:100%}
            td{padding:.15rem 0;border-bottom:1px solid #e3e6ee}td+td{text-align:right;font-variant-numeric:tabular-nums}
            .good{color:#117a3d}.bad{color:#b3261e}</style>
            <h1>order-worker <small>\(escaped(prefix))</small>: \(state)</h1><ul>\(troubles)\(pauses)</ul>
            <div class=grid><section><h2>Deliveries</h2><table>\(row("taken from the broker", counters.deliveries))\(fates)
            \(row("in flight", counters.inFlight))</table></section>
            <section><h2>Ledger</h2><table>\(row("claimed", ledger?.claimed ?? 0))\(row("ended", ledger?.ended ?? 0))
            \(open.joined())\(row("not announced", ledger?.unannounced ?? 0))</table></section>
            <section><h2>Outcomes</h2><table>\(outcomes)\(row("published again", counters.replays))</table></section></div>
            <p><a href=/readyz>readiness</a> · <a href=/metrics>metrics</a></p></html>

            """
    }

    private static func row(_ name: String, _ value: Int) -> String {
        "<tr><td>\(escaped(name))</td><td>\(value)</td></tr>"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
