wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("SECRET_KEY")
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"email":"ada@example.org","event":"signed_up","data":{"plan":"pro"}}'
