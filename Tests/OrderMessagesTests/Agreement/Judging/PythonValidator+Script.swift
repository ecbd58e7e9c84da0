extension PythonValidator {
    /// Reads the schemas, then one case a line, and answers `valid`, `invalid`, `bare` (no object) or `none` (no
    /// JSON) with what is beyond the schema.
    ///
    /// ECMAScript's `$` is the end of the text; Python's matches before a last line break too, its `\Z` doesn't. Of the
    /// formats, Python's jsonschema knows `date` by itself and `date-time` only with one more package. That one isn't
    /// asked: it refuses a second 60, which the worker takes. `date-time` has a check of its own here, of the day alone;
    /// the pattern does the rest.
    static let script = #"""
        import datetime, json, math, re, sys, unicodedata
        from jsonschema import Draft202012Validator, FormatChecker

        def strict(value):
            if isinstance(value, dict):
                return {name: (inner[:-1] + r"\Z" if name == "pattern" and inner[-1:] == "$" else strict(inner))
                        for name, inner in value.items()}
            return [strict(inner) for inner in value] if isinstance(value, list) else value

        formats = FormatChecker(formats=["date"])

        @formats.checks("date-time", raises=ValueError)
        def has_day(value):
            return not isinstance(value, str) or bool(datetime.date.fromisoformat(value[:10]))

        validators = {}
        for name, schema in json.loads(sys.stdin.buffer.readline()).items():
            Draft202012Validator.check_schema(schema)
            validators[name] = Draft202012Validator(strict(schema), format_checker=formats)
        print("ready", flush=True)

        beyond = set()

        def members(pairs):
            if len({unicodedata.normalize("NFC", name) for name, _ in pairs}) < len(pairs):
                beyond.add("duplicate-name")
            return dict(pairs)

        def finite(text):
            number = float(text)
            if math.isinf(number):
                beyond.add("number")
            return number

        def whole(text):
            finite(text)
            return int(text) if len(text) < 1000 else float(text)

        def no_constant(text):
            raise ValueError(text)

        half = re.compile("[\ud800-\udfff]")

        def walk(value, depth, limit):
            if isinstance(value, str):
                if half.search(value):
                    beyond.add("surrogate")
            elif isinstance(value, (dict, list)):
                if depth > limit:
                    beyond.add("nesting")
                    return
                if isinstance(value, dict):
                    for name in value:
                        walk(name, depth, limit)
                    value = value.values()
                for inner in value:
                    walk(inner, depth + 1, limit)

        def judge(schema, text, limit):
            beyond.clear()
            if len(text.encode()) > 1 << 20:
                beyond.add("size")
            try:
                event = json.loads(text, object_pairs_hook=members, parse_float=finite, parse_int=whole,
                                   parse_constant=no_constant)
            except (ValueError, RecursionError):
                return "none"
            walk(event, 1, limit)
            if isinstance(event, dict):
                for name in ("id", "source", "correlationid", "replaces"):
                    value = event.get(name)
                    if isinstance(value, str) and len(value) <= 255 < len(value.encode("utf-8", "surrogatepass")):
                        beyond.add("bytes")
            verdict = "valid" if validators[schema].is_valid(event) else "invalid" if isinstance(event, dict) else "bare"
            return " ".join([verdict, *sorted(beyond)])

        for line in sys.stdin.buffer:
            if line == b"\n":
                sys.stdout.flush()
            else:
                print(judge(*json.loads(line)))
        """#
}
