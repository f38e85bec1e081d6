wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("SECRET_KEY")
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"to":"ada@example.org","subject":"Hello {{ name ?? there }}","body":"<p>Hello {{ name ?? there }}.</p>"}'
