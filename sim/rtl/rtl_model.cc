// SPDX-License-Identifier: MIT
/*
 * The Verilated device as a struct qmac_model_ops: clock, AXI4-Lite accesses,
 * memory behind the AXI4 master, waveforms.
 *
 * The clock runs only inside run(), a register access or reset(). A register
 * access takes clock cycles of its own, in which a job goes on as it would have
 * anyway: its counts cannot tell.
 *
 * QMAC_RTL_INIT=SEED in the environment starts memories and flip-flops without
 * reset with random values instead of zeros. Nothing may depend on them.
 */
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include <verilated.h>
#include <verilated_fst_c.h>

#include "Vqmac.h"

extern "C" {
#include "sim/memory/axi.h"
#include "sim/model/model.h"
}

namespace
{

/* IDs of hw/rtl/qmac_mem_pkg.sv that the memory serves first: commands, ring entries, walks. */
constexpr uint32_t first_ids = 1u << 0 | 1u << 4 | 1u << 8;

constexpr int reset_cycles = 4;

/* An AXI4-Lite access takes a few; the device never refuses one. */
constexpr int access_cycles = 1000;

} /* namespace */

struct qmac_model {
	std::unique_ptr<VerilatedContext> context;
	std::unique_ptr<Vqmac> top;
	std::unique_ptr<VerilatedFstC> wave;
	const struct qmac_host_ops *ops;
	void *host;
	uint64_t cycles;
	struct qmac_axi_memory memory;
};

namespace
{

void sample_request(const Vqmac &top, struct qmac_axi_request *request)
{
	request->arvalid = top.axi_arvalid_o;
	request->rready = top.axi_rready_o;
	request->awvalid = top.axi_awvalid_o;
	request->wvalid = top.axi_wvalid_o;
	request->bready = top.axi_bready_o;
	request->araddr = top.axi_araddr_o;
	request->arid = top.axi_arid_o;
	request->arlen = top.axi_arlen_o;
	request->awaddr = top.axi_awaddr_o;
	request->awid = top.axi_awid_o;
	request->awlen = top.axi_awlen_o;
	request->wstrb = top.axi_wstrb_o;
	request->wlast = top.axi_wlast_o;
}

void drive_response(Vqmac &top, const struct qmac_axi_response &response)
{
	top.axi_arready_i = response.arready;
	top.axi_awready_i = response.awready;
	top.axi_wready_i = response.wready;
	top.axi_rvalid_i = response.rvalid;
	top.axi_bvalid_i = response.bvalid;
	if (response.rvalid) {
		top.axi_rid_i = response.rid;
		top.axi_rresp_i = response.rresp;
		top.axi_rlast_i = response.rlast;
		memcpy(&top.axi_rdata_i[0], response.rdata, QMAC_BEAT_BYTES);
	}
	if (response.bvalid) {
		top.axi_bid_i = response.bid;
		top.axi_bresp_i = response.bresp;
	}
}

void raise_interrupts(struct qmac_model *model)
{
	for (unsigned int i = 0; i < 4; i++)
		if (model->top->irq_o >> i & 1)
			model->ops->interrupt(model->host, i);
}

void dump_wave(struct qmac_model *model)
{
	if (model->wave)
		model->wave->dump(model->context->time());
}

/*
 * One clock cycle. Between cycles the clock is low and all signals have settled,
 * so the edge sees what this cycle's inputs made of the outputs.
 */
void cycle(struct qmac_model *model)
{
	struct qmac_axi_request request;
	Vqmac &top = *model->top;

	top.eval();
	dump_wave(model);
	sample_request(top, &request);
	if (top.irq_o)
		raise_interrupts(model);
	qmac_axi_tick(&model->memory, &request, &top.axi_wdata_o[0]);
	model->context->timeInc(1);
	top.clk_i = 1;
	top.eval();
	dump_wave(model);
	model->context->timeInc(1);
	top.clk_i = 0;
	drive_response(top, model->memory.response);
	model->cycles++;
}

/* Outputs as this cycle's inputs make them. */
void settle(struct qmac_model *model)
{
	model->top->eval();
}

void rtl_reset(struct qmac_model *model)
{
	Vqmac &top = *model->top;

	qmac_axi_reset(&model->memory);
	drive_response(top, model->memory.response);
	top.axil_awvalid_i = 0;
	top.axil_wvalid_i = 0;
	top.axil_arvalid_i = 0;
	top.axil_bready_i = 0;
	top.axil_rready_i = 0;
	top.rst_ni = 0;
	for (int i = 0; i < reset_cycles; i++) {
		cycle(model);
		/* The answers to what reset cut off. */
		qmac_axi_reset(&model->memory);
		drive_response(top, model->memory.response);
	}
	top.rst_ni = 1;
	settle(model);
}

std::unique_ptr<VerilatedContext> make_context()
{
	const char *init = getenv("QMAC_RTL_INIT");
	auto context = std::make_unique<VerilatedContext>();

	context->threads(1);
	context->randReset(init ? 2 : 0);
	/* Seed 0 means a new one each time, which could not be repeated. */
	context->randSeed(init ? (atoi(init) & INT32_MAX) | 1 : 1);
	return context;
}

int rtl_create(struct qmac_model **out, const struct qmac_model_config *config,
	       const struct qmac_host_ops *ops, void *host)
{
	if ((config->kc && config->kc != QMAC_KC) || (config->nc && config->nc != QMAC_NC))
		return -EINVAL;
	try {
		auto model = std::make_unique<struct qmac_model>();

		model->context = make_context();
		model->top = std::make_unique<Vqmac>(model->context.get(), "qmac");
		model->ops = ops;
		model->host = host;
		model->cycles = 0;
		qmac_axi_init(&model->memory, config, ops, host, first_ids);
		model->top->clk_i = 0;
		rtl_reset(model.get());
		*out = model.release();
	} catch (const std::bad_alloc &) {
		return -ENOMEM;
	}
	return 0;
}

void rtl_destroy(struct qmac_model *model)
{
	model->top->final();
	if (model->wave)
		model->wave->close();
	delete model;
}

uint32_t rtl_read_reg(struct qmac_model *model, uint32_t offset)
{
	Vqmac &top = *model->top;
	uint32_t value = 0;

	top.axil_araddr_i = offset;
	top.axil_arvalid_i = 1;
	top.axil_rready_i = 1;
	for (int i = 0; i < access_cycles; i++) {
		bool accepted, answered;

		settle(model);
		accepted = top.axil_arvalid_i && top.axil_arready_o;
		answered = top.axil_rvalid_o;
		value = top.axil_rdata_o;
		cycle(model);
		if (accepted)
			top.axil_arvalid_i = 0;
		if (answered)
			break;
	}
	top.axil_rready_i = 0;
	settle(model);
	return value;
}

void rtl_write_reg(struct qmac_model *model, uint32_t offset, uint32_t value)
{
	Vqmac &top = *model->top;

	top.axil_awaddr_i = offset;
	top.axil_wdata_i = value;
	top.axil_wstrb_i = 0xf;
	top.axil_awvalid_i = 1;
	top.axil_wvalid_i = 1;
	top.axil_bready_i = 1;
	for (int i = 0; i < access_cycles; i++) {
		bool address, data, answered;

		settle(model);
		address = top.axil_awvalid_i && top.axil_awready_o;
		data = top.axil_wvalid_i && top.axil_wready_o;
		answered = top.axil_bvalid_o;
		cycle(model);
		if (address)
			top.axil_awvalid_i = 0;
		if (data)
			top.axil_wvalid_i = 0;
		if (answered)
			break;
	}
	top.axil_bready_i = 0;
	settle(model);
}

bool rtl_idle(const struct qmac_model *model)
{
	return model->top->idle_o && !qmac_axi_busy(&model->memory);
}

uint64_t rtl_run(struct qmac_model *model, uint64_t max_cycles)
{
	uint64_t done = 0;

	while (done < max_cycles && !rtl_idle(model)) {
		cycle(model);
		done++;
	}
	settle(model);
	return done;
}

uint64_t rtl_cycles(const struct qmac_model *model)
{
	return model->cycles;
}

int rtl_trace(struct qmac_model *model, const char *path)
{
	if (model->wave) {
		model->wave->close();
		model->wave.reset();
	}
	if (!path)
		return 0;
	model->context->traceEverOn(true);
	model->wave = std::make_unique<VerilatedFstC>();
	model->top->trace(model->wave.get(), 99);
	errno = 0;
	model->wave->open(path);
	if (model->wave->isOpen())
		return 0;
	model->wave.reset();
	return errno ? -errno : -EIO;
}

} /* namespace */

extern "C" __attribute__((visibility("default"))) const struct qmac_model_ops qmac_model_ops = {
	QMAC_MODEL_ABI, "rtl",	 rtl_create, rtl_destroy, rtl_reset, rtl_read_reg,
	rtl_write_reg,	rtl_run, rtl_idle,   rtl_cycles,  rtl_trace,
};
