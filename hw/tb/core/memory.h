/* SPDX-License-Identifier: MIT */
/*
 * What stands behind the core's ports in its bench: a flat memory, read clients
 * with FIFOs on one read channel, a write channel, either at full speed with a
 * fixed latency or with random latencies and stalls.
 *
 * Loads see the memory as it was when the request was taken, stores reach it when
 * they are acknowledged: whoever does not wait for a store sees the old bytes.
 */
#ifndef QMAC_TB_CORE_MEMORY_H
#define QMAC_TB_CORE_MEMORY_H

#include <deque>
#include <map>
#include <vector>

#include "bench.h"

/* mem_req_t: va 64, len 13, cmd_index 17 bits, va on top. */
struct Request {
	uint64_t va;
	uint32_t len, index;

	template <typename Port> static Request from(const Port &port)
	{
		uint32_t w[3];
		Request r;

		get(w, port, sizeof(w));
		r.index = w[0] & 0x1ffff;
		r.len = (w[0] >> 17 | w[1] << 15) & 0x1fff;
		r.va = (uint64_t)(w[0] >> 30) | (uint64_t)w[1] << 2 | (uint64_t)w[2] << 34;
		return r;
	}
};

struct Timing {
	unsigned latency = 100;
	bool random = false;
	unsigned stall = 0; /* percent */
};

/*
 * All of 2^64 bytes: a flat part that most jobs use, what was stored elsewhere, and
 * a hash of the address for the rest.
 */
class Memory
{
      public:
	static constexpr uint64_t base = 0x4123450000;

	explicit Memory(size_t size) : flat(size)
	{
	}

	uint8_t load(uint64_t va) const
	{
		if (va - base < flat.size())
			return flat[va - base];
		auto far = elsewhere.find(va);
		if (far != elsewhere.end())
			return far->second;
		va *= 0x9e3779b97f4a7c15;
		return (uint8_t)(va >> 56 ^ va >> 33);
	}

	void store(uint64_t va, uint8_t byte)
	{
		if (va - base < flat.size())
			flat[va - base] = byte;
		else
			elsewhere[va] = byte;
	}

	void load(uint64_t va, void *to, size_t len) const
	{
		for (size_t i = 0; i < len; i++)
			((uint8_t *)to)[i] = load(va + i);
	}

	void store(uint64_t va, const void *from, size_t len)
	{
		for (size_t i = 0; i < len; i++)
			store(va + i, ((const uint8_t *)from)[i]);
	}

	std::vector<uint8_t> flat;
	std::map<uint64_t, uint8_t> elsewhere;
};

/* The read side. Per cycle: offer() before the edge, then done() with what was taken. */
class Readers
{
      public:
	static constexpr unsigned clients = 3, queue_depth = 16, fifo_beats = 256, max_flight = 64;
	static constexpr unsigned burst = 16;

	Readers(Memory &m, Random &r) : memory(m), random(r)
	{
	}

	void clear()
	{
		for (Client &c : client)
			c = Client();
		flight.clear();
	}

	bool ready(unsigned c) const
	{
		return client[c].ready;
	}

	bool valid(unsigned c) const
	{
		return client[c].valid;
	}

	const uint8_t *data(unsigned c) const
	{
		return client[c].fifo.front().byte;
	}

	/* Decide what the core sees in this cycle. */
	void offer(const Timing &t)
	{
		for (Client &c : client) {
			c.ready = c.queue.size() < queue_depth && !random_stall(t);
			if (!c.valid) /* a beat that was offered stays */
				c.valid = !c.fifo.empty() && !random_stall(t);
		}
	}

	/* Returns false when a request is out of range. */
	bool request(unsigned c, const Request &r)
	{
		uint64_t first = r.va & ~15ull;
		unsigned n = (unsigned)(r.va - first + r.len + 15) / 16;

		if (!r.len || r.len > 4096)
			return false;
		requests++;
		request_bytes += r.len;
		for (unsigned beat = 0; beat < n; beat++) {
			Beat b;

			/* Bytes nobody asked for are noise. */
			random.fill(b.byte, 16);
			for (unsigned i = 0; i < 16; i++) {
				uint64_t va = first + beat * 16 + i;

				if (va - r.va < r.len)
					b.byte[i] = memory.load(va);
			}
			client[c].queue_beats.push_back(b);
		}
		client[c].queue.push_back(n);
		return true;
	}

	void taken(unsigned c)
	{
		client[c].fifo.pop_front();
		client[c].valid = false;
	}

	/* Move the memory by a cycle. */
	void step(uint64_t now, const Timing &t)
	{
		/* One address per cycle. */
		for (unsigned i = 0; i < clients && flight.size() < max_flight; i++) {
			unsigned c = (turn + i) % clients;
			Client &from = client[c];

			if (from.queue.empty())
				continue;
			unsigned n = from.queue.front() < burst ? from.queue.front() : burst;

			if (from.credit + n > fifo_beats)
				continue;
			from.credit += n;
			from.queue.front() -= n;
			if (!from.queue.front())
				from.queue.pop_front();
			flight.push_back(
				{ c, n,
				  now + t.latency + (t.random ? random.below(t.latency + 1) : 0) });
			turn = c + 1;
			break;
		}
		/* One beat per cycle, in order. */
		if (!flight.empty() && flight.front().when <= now && !random_stall(t)) {
			Flight &f = flight.front();
			Client &to = client[f.client];

			to.fifo.push_back(to.queue_beats.front());
			to.queue_beats.pop_front();
			beats++;
			if (!--f.beats)
				flight.pop_front();
		}
		for (Client &c : client)
			c.credit_return();
	}

	uint64_t requests = 0, request_bytes = 0, beats = 0;

      private:
	struct Beat {
		uint8_t byte[16];
	};

	struct Client {
		std::deque<unsigned> queue; /* beats left of each request */
		std::deque<Beat> queue_beats, fifo;
		unsigned credit = 0;
		bool ready = false, valid = false;

		/* Credits: beats on their way or in the FIFO. */
		void credit_return()
		{
			size_t out = 0;

			for (unsigned n : queue)
				out += n;
			credit = (unsigned)(queue_beats.size() - out + fifo.size());
		}
	};

	struct Flight {
		unsigned client, beats;
		uint64_t when;
	};

	bool random_stall(const Timing &t)
	{
		return t.stall && random.percent(t.stall);
	}

	Memory &memory;
	Random &random;
	Client client[clients];
	std::deque<Flight> flight;
	unsigned turn = 0;
};

/* The write side. */
class Writer
{
      public:
	Writer(Memory &m, Random &r) : memory(m), random(r)
	{
	}

	void clear()
	{
		requests.clear();
		data.clear();
		acks.clear();
		acked.clear();
		request_ready = beat_ready = done = false;
	}

	void offer(uint64_t now, const Timing &t)
	{
		request_ready = requests.size() < 16 && !(t.stall && random.percent(t.stall));
		beat_ready = data.size() < 300 && !(t.stall && random.percent(t.stall));
		done = false;
		if (!acks.empty() && acks.front().when <= now &&
		    !(t.stall && random.percent(t.stall))) {
			const Ack &a = acks.front();

			memory.store(a.va, a.bytes.data(), a.bytes.size());
			acked[a.index] += a.bytes.size();
			acks.pop_front();
			done = true;
		}
	}

	bool request(const Request &r)
	{
		if (!r.len || r.len > 4096)
			return false;
		requests.push_back(r);
		return true;
	}

	void beat(const uint8_t *d, uint16_t strb)
	{
		Beat b;

		memcpy(b.byte, d, 16);
		b.strb = strb;
		data.push_back(b);
	}

	/* Returns false when strobes are not exactly those of the request. */
	bool step(uint64_t now, const Timing &t)
	{
		while (!requests.empty()) {
			const Request &r = requests.front();
			uint64_t first = r.va & ~15ull;
			size_t n = (size_t)(r.va - first + r.len + 15) / 16;
			Ack a;

			if (data.size() < n)
				break;
			for (size_t i = 0; i < n; i++) {
				for (unsigned b = 0; b < 16; b++) {
					uint64_t va = first + i * 16 + b;
					bool wanted = va - r.va < r.len;

					if ((data[i].strb >> b & 1) != wanted)
						return false;
					if (wanted)
						a.bytes.push_back(data[i].byte[b]);
				}
			}
			data.erase(data.begin(), data.begin() + (long)n);
			free_at = (free_at > now ? free_at : now) + n;
			a.va = r.va;
			a.index = r.index;
			a.when = free_at + t.latency +
				 (t.random ? random.below(t.latency * 3 + 1) : 0);
			acks.push_back(a);
			requests.pop_front();
		}
		return true;
	}

	bool idle() const
	{
		return requests.empty() && data.empty() && acks.empty();
	}

	std::map<uint32_t, uint64_t> acked; /* bytes, by command */
	bool request_ready = false, beat_ready = false, done = false;

      private:
	struct Beat {
		uint8_t byte[16];
		uint16_t strb;
	};

	struct Ack {
		uint64_t va, when;
		uint32_t index;
		std::vector<uint8_t> bytes;
	};

	Memory &memory;
	Random &random;
	std::deque<Request> requests;
	std::deque<Beat> data;
	std::deque<Ack> acks;
	uint64_t free_at = 0;
};

#endif
